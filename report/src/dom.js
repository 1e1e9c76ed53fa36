// Elements.  Whatever comes from the database goes in as text, never as HTML.

export function el(tag, attributes = {}, ...children)
{
	const element = document.createElement(tag);

	for (const [name, value] of Object.entries(attributes))
		if (value !== undefined && value !== null && value !== false)
			element.setAttribute(name, value === true ? '' : value);
	element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
	return element;
}

export function svg(tag, attributes = {}, ...children)
{
	const element = document.createElementNS('http://www.w3.org/2000/svg', tag);

	for (const [name, value] of Object.entries(attributes))
		if (value !== undefined && value !== null)
			element.setAttribute(name, value);
	element.append(...children);
	return element;
}
