"""XML of agencies and corpora: NITF, NewsML, NewsML-G2 and TEI."""
