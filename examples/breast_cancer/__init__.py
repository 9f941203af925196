"""A real classifier on real data (Wisconsin diagnostic, 569 rows), taken through all six phases."""
