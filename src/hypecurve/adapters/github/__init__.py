"""GitHub over HTTP: payloads are read without I/O, the shell around them is thin.

`payloads` and `answers` turn responses into domain values and errors, `slices` splits a search,
`wire` sends and waits, `client` is the source the core sees.
"""
