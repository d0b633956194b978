"""The tables of the catalogue, and which of their columns an import fills."""

from __future__ import annotations

VERSION = 1  # of the tables below

# What a format gives → the type in Arrow. Identifiers and the number of the import come afterwards.
_COLUMNS = {
    "cargo": {
        "name": "string",
        "given_id": "string",
        "type": "string",
        "species": "string",
        "sample": "string",
        "experiment": "string",
        "method": "string",
        "reference": "string",
        "value": "double",
        "unit": "string",
    },
    "influence": {
        "source": "string",
        "source_given_id": "string",
        "source_type": "string",
        "target": "string",
        "target_given_id": "string",
        "target_type": "string",
        "sign": "int8",
        "effect": "string",
        "relation": "string",
        "species": "string",
        "confidence": "string",
        "method": "string",
        "reference": "string",
    },
    "experiment": {
        "experiment": "string",
        "species": "string",
        "sample": "string",
        "sample_name": "string",
        "condition": "string",
        "vesicle": "string",
        "isolation": "string",
        "method": "string",
        "reference": "string",
        "description": "string",
        "year": "int16",
    },
}
FILLED = {table: (*columns, "line") for table, columns in _COLUMNS.items()}
ARROW = {table: {**columns, "line": "int64"} for table, columns in _COLUMNS.items()}

# Which names of a table are brought to identifiers: column of the name → columns of the identifier as given
# and of the type. The results go to `id` and `id_how`, with the name of the column before them.
GROUNDED = {
    "cargo": {"": ("name", "given_id", "type")},
    "influence": {
        "source_": ("source", "source_given_id", "source_type"),
        "target_": ("target", "target_given_id", "target_type"),
    },
    "experiment": {},
}
_SQL = {"string": "VARCHAR", "double": "DOUBLE", "int8": "TINYINT", "int16": "SMALLINT", "int64": "BIGINT"}


def table_columns(table: str) -> dict[str, str]:
    """Return the columns of a table of records with their SQL types, in order."""
    found = {"import": "INTEGER"}
    for name, kind in ARROW[table].items():
        found[name] = _SQL[kind]
    for prefix in GROUNDED[table]:
        found[f"{prefix}id"] = "VARCHAR"
        found[f"{prefix}id_how"] = "VARCHAR"  # symbol, alias, strand inferred, ambiguous, given, ...
    return found


def statements() -> list[str]:
    """Return the SQL that makes an empty catalogue."""
    records = []
    for table in _COLUMNS:
        columns = ", ".join(f'"{name}" {kind}' for name, kind in table_columns(table).items())
        records.append(f"CREATE TABLE {table} ({columns})")
    return [
        "CREATE TABLE exocosm_catalogue (version INTEGER, made_by VARCHAR)",
        f"INSERT INTO exocosm_catalogue VALUES ({VERSION}, $made_by)",
        "CREATE SEQUENCE import_number",
        """CREATE TABLE provenance (
            import INTEGER PRIMARY KEY, source VARCHAR, version INTEGER, format VARCHAR, layout VARCHAR,
            "table" VARCHAR, file VARCHAR, sha256 VARCHAR, size BIGINT, encoding VARCHAR, release VARCHAR,
            licence VARCHAR, imported_at TIMESTAMP, exocosm VARCHAR, rows BIGINT, records BIGINT,
            malformed BIGINT, duplicates BIGINT, seconds DOUBLE, dropped_at TIMESTAMP,
            UNIQUE (source, version))""",
        "CREATE TABLE malformed (import INTEGER, line BIGINT, reason VARCHAR)",
        *records,
        # The newest version of each source that was not dropped.
        """CREATE VIEW newest AS SELECT * FROM provenance WHERE dropped_at IS NULL
            QUALIFY row_number() OVER (PARTITION BY source ORDER BY version DESC) = 1""",
    ]
