"""Whom a phone that several customers share was identified as the time before."""

DDL: tuple[str, ...] = ("ALTER TABLE contact ADD COLUMN proposed TEXT",)
