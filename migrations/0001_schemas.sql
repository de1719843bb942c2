-- The schema almagest itself is made before the first migration, which it keeps count of.
create schema sky;
