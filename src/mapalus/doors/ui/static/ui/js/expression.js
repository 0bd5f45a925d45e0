// Conditions of forms in the browser: the answers of engine/expression/evaluation.py, from the same tree as JSON.
//   evaluate({"==": [{"var": "jenis"}, "a"]}, {jenis: "a"}, "2026-11-02T09:00:00+08:00")  ->  true, false or null
// Nothing is compiled or run: a tree is walked. The rules of unknown values, numbers, texts and days stand there.
"use strict";

globalThis.mapalusExpression = (() => {
  const NUMBER = /^-?[0-9]{1,15}(\.[0-9]{1,15})?$/;
  const DAY = /^([0-9]{4})-([0-9]{2})-([0-9]{2})$/;
  const MOMENT = new RegExp(
    "^([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\\.([0-9]{1,6}))?)?" +
      "(?:Z|([+-])([0-9]{2}):([0-9]{2}))$",
  );
  const LAST = 3652059; // 9999-12-31, counted from 0001-01-01 as 1

  const isLeap = (year) => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const daysOf = (year, month) => (month === 2 ? (isLeap(year) ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31);
  const beforeYear = (year) => (year - 1) * 365 + Math.floor((year - 1) / 4) - Math.floor((year - 1) / 100) + Math.floor((year - 1) / 400);

  function known(value) {
    if (value === undefined || value === null || value === "") return null;
    if (typeof value === "number") return Number.isFinite(value) ? value : null;
    if (Array.isArray(value)) return value.length ? value.map(known) : null;
    if (typeof value === "object") return Object.keys(value).length ? value : null;
    return value;
  }

  function ordinal(text) {
    if (typeof text !== "string") return null;
    const found = DAY.exec(moment(text) === null ? text : text.slice(0, 10));
    if (!found) return null;
    const [year, month, day] = found.slice(1).map(Number);
    if (year < 1 || month < 1 || month > 12 || day < 1 || day > daysOf(year, month)) return null;
    let days = beforeYear(year) + day;
    for (let earlier = 1; earlier < month; earlier += 1) days += daysOf(year, earlier);
    return days;
  }

  function dayOf(number) {
    let year = Math.max(1, Math.floor(number / 366));
    while (beforeYear(year + 1) < number) year += 1;
    let left = number - beforeYear(year);
    let month = 1;
    while (left > daysOf(year, month)) { left -= daysOf(year, month); month += 1; }
    return [year, month, left];
  }

  const written = ([year, month, day]) =>
    `${String(year).padStart(4, "0")}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}`;

  // Milliseconds of a moment with an offset; fractions below are cut off.
  function moment(text) {
    const found = MOMENT.exec(text);
    if (!found) return null;
    const day = ordinal(found[1]);
    const [hour, minute, second, hours, minutes] = [2, 3, 4, 7, 8].map((group) => Number(found[group] ?? 0));
    if (day === null || hour > 23 || hours > 23 || Math.max(minute, second, minutes) > 59) return null;
    const offset = (hours * 60 + minutes) * (found[6] === "-" ? -1 : 1);
    const whole = ((day * 24 + hour) * 60 + minute - offset) * 60 + second;
    return whole * 1000 + Number(((found[5] ?? "") + "000").slice(0, 3));
  }

  function number(value) {
    if (typeof value === "number") return value;
    return typeof value === "string" && NUMBER.test(value) ? Number(value) : null;
  }

  function sum(sign, left, right) {
    const one = number(left), other = number(right);
    if (one === null || other === null || (sign === "/" && other === 0)) return null;
    const found = sign === "+" ? one + other : sign === "-" ? one - other : sign === "*" ? one * other : one / other;
    return Number.isFinite(found) ? found : null;
  }

  const sooner = (one, other) => (one > other ? 1 : one < other ? -1 : 0);

  // By code point, not by the halves in which a browser keeps them.
  function orderOfTexts(left, right) {
    const one = moment(left), other = moment(right);
    if (one !== null && other !== null) return sooner(one, other);
    const isDay = (text) => text.length === 10 && ordinal(text) !== null;
    if ((one !== null && isDay(right)) || (other !== null && isDay(left))) return null;
    const a = Array.from(left, (sign) => sign.codePointAt(0)), b = Array.from(right, (sign) => sign.codePointAt(0));
    for (let at = 0; at < Math.min(a.length, b.length); at += 1) if (a[at] !== b[at]) return sooner(a[at], b[at]);
    return sooner(a.length, b.length);
  }

  function order(left, right) {
    if (typeof left === "boolean" || typeof right === "boolean") {
      return typeof left === typeof right ? sooner(Number(left), Number(right)) : null;
    }
    if (typeof left === "number" || typeof right === "number") {
      const one = number(left), other = number(right);
      return one === null || other === null ? null : sooner(one, other);
    }
    return typeof left === "string" && typeof right === "string" ? orderOfTexts(left, right) : null;
  }

  function compare(sign, left, right) {
    const found = order(left, right);
    if (found === null || (typeof left === "boolean" && sign !== "==" && sign !== "!=")) return null;
    switch (sign) {
      case "==": return found === 0;
      case "!=": return found !== 0;
      case "<": return found < 0;
      case "<=": return found <= 0;
      case ">": return found > 0;
      default: return found >= 0;
    }
  }

  function within(item, container) {
    if (item === null) return null;
    if (container === null) return false;
    if (typeof container === "string") return typeof item === "string" ? container.includes(item) : null;
    if (!Array.isArray(container)) return null;
    const found = container.map((other) => compare("==", item, other));
    return found.includes(true) ? true : found.includes(null) ? null : false;
  }

  function logic(sign, left, right) {
    const decisive = sign === "or";
    if (left === decisive || right === decisive) return decisive;
    return typeof left === "boolean" && typeof right === "boolean" ? !decisive : null;
  }

  function ofDays(name, given, now) {
    const day = ordinal(given[0]);
    if (day === null) return null;
    if (name === "date_of") return written(dayOf(day));
    if (name === "days_between") {
      const other = ordinal(given[1]);
      return other === null ? null : other - day;
    }
    if (name === "add_days") {
      const more = given[1];
      if (typeof more !== "number" || !Number.isInteger(more) || day + more < 1 || day + more > LAST) return null;
      return written(dayOf(day + more));
    }
    const today = ordinal(now === null ? null : now.slice(0, 10));
    if (name !== "years_since" || today === null) return null;
    const [born, at] = [dayOf(day), dayOf(today)];
    return at[0] - born[0] - (at[1] < born[1] || (at[1] === born[1] && at[2] < born[2]) ? 1 : 0);
  }

  function call(name, given, now) {
    switch (name) {
      case "today": return now === null ? null : now.slice(0, 10);
      case "now": return now;
      case "is_empty": return given[0] === null;
      case "length":
        if (given[0] === null) return 0;
        return typeof given[0] === "string" || Array.isArray(given[0]) ? Array.from(given[0]).length : null;
      case "contains": return within(given[1], given[0]);
      default: return ofDays(name, given, now);
    }
  }

  // `now`: the moment at the place, 2026-11-02T09:00:00+08:00; null where it is not known.
  function evaluate(tree, values, now = null) {
    if (Array.isArray(tree)) return tree.map((item) => evaluate(item, values, now));
    if (tree === null || typeof tree !== "object") return known(tree);
    const [name] = Object.keys(tree);
    if (name === "var") return known(Object.hasOwn(values, tree.var) ? values[tree.var] : null);
    const given = tree[name].map((part) => evaluate(part, values, now));
    switch (name) {
      case "and": case "or": return logic(name, given[0], given[1]);
      case "!": return typeof given[0] === "boolean" ? !given[0] : null;
      case "in": return within(given[0], given[1]);
      case "+": case "-": case "*": case "/": return sum(name, given[0], given[1]);
      case "==": case "!=": case "<": case "<=": case ">": case ">=": return compare(name, given[0], given[1]);
      default: return call(name, given, now);
    }
  }

  return { evaluate, holds: (tree, values, now = null) => evaluate(tree, values, now) === true };
})();
