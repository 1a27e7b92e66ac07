"""Pages that browsers, mirrors and web archives saved: where they come from, and what was added."""
