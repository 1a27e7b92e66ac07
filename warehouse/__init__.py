"""The tables: schema, Iceberg catalog, Parquet files, publication, lock and queries."""
