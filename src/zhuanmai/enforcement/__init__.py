"""百宝箱: inspections, on-site cases, the procedure as far as the day of filing, and what documents are filled with."""
