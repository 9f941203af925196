"""The audit package: everything an auditor takes away of a project, in one file that opens without the product."""
