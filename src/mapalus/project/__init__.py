"""Settings, wiring and the command line. Imports everyone; imported by no one."""
