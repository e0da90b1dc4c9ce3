"""Through any of the services apprise knows: Slack, Telegram, Teams, Signal, ntfy, SMS…"""
