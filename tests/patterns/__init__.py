"""Every regular expression below tasks/ takes time in line with its text, whatever the text."""
