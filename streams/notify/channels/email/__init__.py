"""By e-mail, through an SMTP server."""
