"""Our own small promptable network: trained on two processor cores, shipped with the program."""
