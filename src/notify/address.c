/*-------------------------------------------------------------------------
 *
 * address.c
 *	  Where alerts come from and go to: what can be said before connecting.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>
#include <strings.h>

#include <curl/curl.h>
#include <libpq-fe.h>

#include "address.h"

bool
address_is_conninfo(const char *conninfo)
{
	PQconninfoOption *options = PQconninfoParse(conninfo, NULL);

	PQconninfoFree(options);
	return options != NULL;
}

bool
address_is_url(const char *url, bool *plain)
{
	CURLU	   *parts = curl_url();
	char	   *scheme = NULL;
	char	   *host = NULL;
	bool		ok;

	*plain = false;
	ok = parts != NULL &&
		curl_url_set(parts, CURLUPART_URL, url, 0) == CURLUE_OK &&
		curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
		curl_url_get(parts, CURLUPART_HOST, &host, 0) == CURLUE_OK;
	if (ok && strcasecmp(scheme, "http") == 0)
		*plain = strcasecmp(host, "localhost") != 0 &&
			strncmp(host, "127.", 4) != 0 && strcmp(host, "[::1]") != 0;
	else if (ok)
		ok = strcasecmp(scheme, "https") == 0;
	curl_free(scheme);
	curl_free(host);
	curl_url_cleanup(parts);
	return ok;
}
