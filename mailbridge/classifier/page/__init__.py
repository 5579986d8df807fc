"""Read the fields of one official document from its pages, by the layout boxes of NĐ 30/2020 Phụ lục I."""

from mailbridge.classifier.page.bundle import read_documents
from mailbridge.classifier.page.document import read_document

__all__ = ["read_document", "read_documents"]
