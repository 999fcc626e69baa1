"""Makes the WebP and TIFF files beside it, with Pillow 13 (pip install pillow).

All show one picture of 24x16 pixels: six fields of 8x8, three over three, in the colours below.
The lossy ones hold them within a few steps. Names say the rest.
"""

from PIL import Image

COLOURS = [(200, 30, 40), (20, 180, 60), (10, 20, 220), (240, 240, 10), (0, 0, 0), (255, 255, 255)]


def picture():
    image = Image.new("RGB", (24, 16))
    for i, colour in enumerate(COLOURS):
        image.paste(colour, (8 * (i % 3), 8 * (i // 3), 8 * (i % 3) + 8, 8 * (i // 3) + 8))
    return image


def exif(orientation):
    block = Image.Exif()
    block[274] = orientation
    return block.tobytes()


rgb = picture()
rgba = rgb.convert("RGBA")
rgba.putalpha(Image.linear_gradient("L").resize(rgb.size))
rgb.save("lossless.webp", lossless=True)
rgb.save("lossy.webp", quality=95)
rgba.save("alpha.webp", lossless=True, exact=True)
rgba.save("lossy-alpha.webp", quality=95, exact=True)
rgb.save("turned.webp", lossless=True, exif=exif(6))
rgb.save("animated.webp", save_all=True, append_images=[rgb.rotate(180)], lossless=True)
for name, compression in [
    ("plain", None),
    ("lzw", "tiff_lzw"),
    ("deflate", "tiff_adobe_deflate"),
    ("packbits", "packbits"),
    ("jpeg", "jpeg"),
]:
    rgb.save(f"{name}.tif", compression=compression)
rgba.save("alpha.tif", compression="tiff_lzw")
rgb.quantize(8).save("palette.tif")
rgb.convert("L").save("grey.tif")
rgb.convert("CMYK").save("cmyk.tif")
rgb.save("turned.tif", tiffinfo={274: 6})
rgb.save("pages.tif", save_all=True, append_images=[rgb.rotate(180)])
wide = Image.new("I;16", (24, 16))
wide.putdata([257 * value for value in rgb.convert("L").tobytes()])
wide.save("grey16.tif")
rgb.convert("L").convert("F").save("float.tif")
