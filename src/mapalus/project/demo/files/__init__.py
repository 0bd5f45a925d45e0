"""The files of the sample province: one module per group of agencies, one function per dataset."""
