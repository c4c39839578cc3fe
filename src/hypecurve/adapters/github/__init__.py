"""GitHub over HTTP: payloads are read without I/O, the shell around them is thin.

`payloads`, `answers` and `standing` turn responses into domain values and errors, `slices` splits a
search, `walking` goes through the slices, `bookmark` keeps what is left of them,
`wire` sends and waits, `client` is the source the core sees.
"""
