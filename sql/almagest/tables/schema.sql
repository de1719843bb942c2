comment on schema almagest is 'Almagest itself: its version, what it loaded, and help';
