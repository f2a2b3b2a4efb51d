"""Tables as files of any make (CSV, Excel, Parquet, JSON), read in pieces from any row on. Pure."""
