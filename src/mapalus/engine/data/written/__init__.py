"""Between reading and checking: what producers write becomes the plain forms a contract names.

Nothing is guessed here. Only what a contract declares is changed, by the key `written` of a field's `mapalus:`

| key of `written` | value | meaning |
| --- | --- | --- |
| `from` | column, or a list | where the value comes from: the first that holds something (default: the field's own) |
| `take` | pattern | the part of the text in its first group; nothing where it does not occur |
| `values` | text: value | a few words and what they mean |
| `otherwise` | value | what stands where nothing is left |
| `as` | see below | the form in which people write it |
| `units` | unit: factor | for `measure` |
| `scale` | `column`, `equals`, `divide` | the rows of one region or kind are written in another unit |
| `system` | `path`, `column` | a code of another system: that column of a list whose `code` is ours |

`as` is one of `date` (17 Agustus 2009, 17/08/2009, 40042), `datetime` (17/08/2026 09.15 Wita), `yearmonth`
(Oktober 2026), `rupiah` (Rp1.250.000,00, @18rb), `whole` (125.0), `measure` (2,4 ton).
And of the whole table, `mapalus.gather`:

| key | value | meaning |
| --- | --- | --- |
| `columns` | pattern | columns such as `2026 Okt Nusantara` become rows: named groups of the pattern become columns |
| `measures` | text: field | the group `measure` says which field the cell goes to |

A text that fits no declared form stays as it is: checking names it, in the words of the producer.
"""

from mapalus.engine.data.written.table import rewritten

__all__ = ["rewritten"]
