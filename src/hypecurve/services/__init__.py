"""One use case a file, named as the pipeline."""
