"""The mailboxes of people: by IMAP their mails are shown as the book knows them. No content is ever fetched."""
