/*-------------------------------------------------------------------------
 *
 * slack.c
 *	  The message of an alert as JSON.
 *
 * "text" is what Slack, and whatever imitates it, shows.  The other keys are for
 * programs; Slack ignores them.  The message is the same in every attempt, so
 * that a receiver may compare.
 *
 * Slack reads &, < and > as markup and so do we escape them everywhere but in
 * mentions, which are markup.
 *
 *-------------------------------------------------------------------------
 */
#include <stdbool.h>
#include <string.h>

#include "slack.h"

/* bytes; Slack cuts at 40000 characters and shows some 4000 */
#define MAX_TITLE	300
#define MAX_TEXT	3000
#define MAX_DETAIL	500
#define MAX_PAYLOAD	32768

/* Length of the UTF-8 character at the start of text; 0 if it is not valid */
static size_t
utf8_length(const unsigned char *text)
{
	size_t		len;

	if (text[0] < 0x80)
		return 1;
	if (text[0] >= 0xC2 && text[0] <= 0xDF)
		len = 2;
	else if (text[0] >= 0xE0 && text[0] <= 0xEF)
		len = 3;
	else if (text[0] >= 0xF0 && text[0] <= 0xF4)
		len = 4;
	else
		return 0;
	/* a zero byte fails here, so nothing behind the end is read */
	for (size_t i = 1; i < len; i++)
		if ((text[i] & 0xC0) != 0x80)
			return 0;
	/* overlong forms, surrogates, beyond U+10FFFF */
	if ((text[0] == 0xE0 && text[1] < 0xA0) || (text[0] == 0xED && text[1] > 0x9F) ||
		(text[0] == 0xF0 && text[1] < 0x90) || (text[0] == 0xF4 && text[1] > 0x8F))
		return 0;
	return len;
}

static bool
utf8_valid(const char *text)
{
	for (size_t len; *text; text += len)
		if ((len = utf8_length((const unsigned char *) text)) == 0)
			return false;
	return true;
}

/* Append text as a JSON string.  A database in SQL_ASCII may hand us anything */
static void
json_string(Buf *json, const char *text)
{
	const unsigned char *p = (const unsigned char *) text;

	buf_puts(json, "\"");
	while (*p)
	{
		size_t		len = utf8_length(p);

		if (len == 0)
		{
			buf_puts(json, "\\ufffd");
			p++;
			continue;
		}
		if (*p == '"' || *p == '\\')
			buf_printf(json, "\\%c", *p);
		else if (*p == '\n')
			buf_puts(json, "\\n");
		else if (*p < 0x20 || *p == 0x7F)
			buf_printf(json, "\\u%04x", *p);
		else
			buf_add(json, (const char *) p, len);
		p += len;
	}
	buf_puts(json, "\"");
}

static void
json_member(Buf *json, const char *name, const char *text)
{
	buf_printf(json, ",\"%s\":", name);
	if (text != NULL)
		json_string(json, text);
	else
		buf_puts(json, "null");
}

/* The same for a number, or any text that is JSON already */
static void
json_member_raw(Buf *json, const char *name, const char *value)
{
	buf_printf(json, ",\"%s\":%s", name, value != NULL ? value : "null");
}

/* Append up to max bytes of text for Slack; cut between characters, visibly */
static void
add_escaped(Buf *buf, const char *text, size_t max)
{
	size_t		len = strlen(text);
	size_t		end = len;

	if (len > max)
	{
		end = max;
		while (end > 0 && ((unsigned char) text[end] & 0xC0) == 0x80)
			end--;
	}
	for (size_t i = 0; i < end; i++)
	{
		if (text[i] == '&')
			buf_puts(buf, "&amp;");
		else if (text[i] == '<')
			buf_puts(buf, "&lt;");
		else if (text[i] == '>')
			buf_puts(buf, "&gt;");
		else
			buf_add(buf, text + i, 1);
	}
	if (end < len)
		buf_puts(buf, "\xE2\x80\xA6");
}

static void
add_detail(Buf *buf, const char *label, const char *text)
{
	if (text == NULL || text[0] == '\0')
		return;
	buf_printf(buf, "\n%s: ", label);
	add_escaped(buf, text, MAX_DETAIL);
}

/* What people read */
static void
write_text(const Delivery *delivery, Buf *text)
{
	if (delivery->mention != NULL)
		buf_printf(text, "%s ", delivery->mention);
	buf_puts(text, "*[");
	buf_puts(text, delivery->severity);
	buf_puts(text, "] ");
	if (delivery->title != NULL && delivery->title[0] != '\0')
		add_escaped(text, delivery->title, MAX_TITLE);
	else
		buf_puts(text, delivery->kind);
	buf_puts(text, "*");
	if (delivery->text != NULL && delivery->text[0] != '\0')
	{
		buf_puts(text, "\n");
		add_escaped(text, delivery->text, MAX_TEXT);
	}
	add_detail(text, "Model", delivery->model);
	add_detail(text, "Status", delivery->status);
	add_detail(text, "Failing rows", delivery->failures);
	if (delivery->failures != NULL && delivery->total != NULL)
	{
		buf_puts(text, " of ");
		add_escaped(text, delivery->total, MAX_DETAIL);
	}
	add_detail(text, "Owner", delivery->owner);
	add_detail(text, "Affected downstream", delivery->downstream);
	buf_printf(text, "\nAlert %s", delivery->alert_id);
	if (delivery->build_id != NULL)
		buf_printf(text, " of build %s", delivery->build_id);
	buf_printf(text, ", %s", delivery->created_at);
}

void
slack_message(const Delivery *delivery, Buf *json)
{
	Buf			text;

	buf_init(&text);
	write_text(delivery, &text);
	buf_puts(json, "{\"text\":");
	json_string(json, text.data);
	buf_free(&text);

	json_member(json, "idempotency_key", delivery->key);
	json_member_raw(json, "alert_id", delivery->alert_id);
	json_member(json, "channel_name", delivery->channel);
	json_member(json, "kind", delivery->kind);
	json_member(json, "severity", delivery->severity);
	json_member(json, "created_at", delivery->created_at);
	json_member_raw(json, "test_id", delivery->test_id);
	json_member_raw(json, "build_id", delivery->build_id);
	/* jsonb comes out as JSON; a huge one would get the message refused */
	json_member_raw(json, "payload",
					strlen(delivery->payload) <= MAX_PAYLOAD &&
					utf8_valid(delivery->payload) ? delivery->payload : NULL);
	buf_puts(json, "}");
}
