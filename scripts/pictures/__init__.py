"""The pictures of the product: real calls with drawn cameras, the preview of links, and the icons."""
