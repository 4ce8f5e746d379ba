"""An agency: 200 accounts of 50 campaigns. What a tick reads of it, and how fast its pages answer."""
