"""Figures of an area as a page, and reports per kabupaten as PDF and workbook."""
