"""How a flow run lives: parameters, stages as task runs, progress, story, end."""
