"""Parquet files put together without unpacking them: the blocks are copied as they are, only the footer is written."""
