alter table runs.run drop column released;
