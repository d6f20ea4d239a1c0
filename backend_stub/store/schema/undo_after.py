"""What a step left behind, where that and not the version says whether it can be taken back."""

DDL: tuple[str, ...] = ("ALTER TABLE undo_row ADD COLUMN after TEXT",)
