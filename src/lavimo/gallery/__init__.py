"""A folder that holds motion, its captions and its vectors, and answers exactly."""

from lavimo.gallery.contract import Caption, FileRecord, Item, NewItem, NewWindow, Stats
from lavimo.gallery.sqlite import SqliteGallery as Gallery

__all__ = ["Caption", "FileRecord", "Gallery", "Item", "NewItem", "NewWindow", "Stats"]
