"""The book on paper and in files: Sổ đăng ký văn bản đến as PDF, XLSX, CSV and JSON; nothing here reads a database."""
