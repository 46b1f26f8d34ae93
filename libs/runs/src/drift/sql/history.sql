-- grain: an amended version of a contract that is or was in force
-- inputs: none
select feed, version, folder_version as "folderVersion", amendments from runs.contract_history
