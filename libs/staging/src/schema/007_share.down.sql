drop table staging.brought, staging.share;
