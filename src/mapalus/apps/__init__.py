"""Tables and what may be done to them. Each app changes the world only through its actions.py."""
