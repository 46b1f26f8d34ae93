alter table access.client drop column neighbour;
