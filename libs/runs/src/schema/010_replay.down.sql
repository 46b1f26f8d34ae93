alter table runs.run drop column replayed;
