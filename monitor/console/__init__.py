"""The web pages on which the readers of mails act. ENTRANCE."""
