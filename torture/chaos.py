def chaos(shop, d):
    pass
