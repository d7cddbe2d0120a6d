"""People in different networks: hosts, routers and lines made of network namespaces, with real browsers behind them."""
