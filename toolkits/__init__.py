"""Tools that agents may call; a toolkit in conf/toolkit names a set of them."""
