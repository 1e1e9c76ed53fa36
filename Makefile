# greenery: a PostgreSQL extension.  Lists are explicit and ordered: the
# install script is the concatenation of SQL_PARTS in this order.

EXTENSION = greenery
PG_CONFIG ?= pg_config
# the version stands in greenery.control and nowhere else
EXTVERSION := $(shell sed -n "s/^default_version *= *'\(.*\)'/\1/p" greenery.control)

MODULE_big = greenery
OBJS = \
	src/greenery.o \
	src/settings.o \
	src/retention/greenery_repeat_rate.o

SQL_PARTS = \
	src/greenery.sql \
	src/settings.sql \
	src/text/json_time.sql \
	src/models/sources/users.sql \
	src/models/sources/addresses.sql \
	src/models/sources/products.sql \
	src/models/sources/promos.sql \
	src/models/sources/orders.sql \
	src/models/sources/order_items.sql \
	src/models/sources/events.sql \
	src/models/staging/stg_users.sql \
	src/models/staging/stg_addresses.sql \
	src/models/staging/stg_products.sql \
	src/models/staging/stg_promos.sql \
	src/models/staging/stg_orders.sql \
	src/models/staging/stg_order_items.sql \
	src/models/staging/stg_events.sql \
	src/history/history.sql \
	src/models/marts/core/as_of.sql \
	src/models/marts/core/fact_events.sql \
	src/models/marts/core/dim_products.sql \
	src/models/marts/core/dim_order_products.sql \
	src/models/marts/core/fact_order_items_products.sql \
	src/models/marts/core/fact_user_orders.sql \
	src/models/marts/core/dim_users.sql \
	src/models/marts/core/dim_active_promos.sql \
	src/models/marts/core/fact_user_sessions.sql \
	src/models/marts/core/fact_user_content_pageviews.sql \
	src/models/marts/core/fact_user_order_pageviews.sql \
	src/models/marts/core/metrics.sql \
	src/models/marts/marketing/fact_promo_orders.sql \
	src/models/marts/product/product_sessions.sql \
	src/models/marts/product/product_funnel.sql \
	src/models/marts/product/session_funnel.sql \
	src/retention/greenery_repeat_rate.sql \
	src/privileges.sql \
	src/ownership.sql

DATA_built = greenery--$(EXTVERSION).sql
DATA = $(wildcard updates/greenery--*--*.sql)

REGRESS =

ISOLATION =

REGRESS_OPTS = --load-extension=greenery --encoding=UTF8
ISOLATION_OPTS = --load-extension=greenery --encoding=UTF8

# -isystem: our own code compiles clean under -Wall -Wextra, the server's headers
# do not
PG_CPPFLAGS = -I$(srcdir)/src -isystem $(shell $(PG_CONFIG) --includedir-server) \
	-DGREENERY_VERSION='"$(EXTVERSION)"'
EXTRA_CLEAN = greenery--$(EXTVERSION).sql META.json

PGXS := $(shell $(PG_CONFIG) --pgxs)
include $(PGXS)

# the server was built with gcc; clang does not know all of its flags
ifneq (,$(findstring clang,$(CC)))
override CFLAGS := $(filter-out -fexcess-precision=standard \
	-Wimplicit-fallthrough=3 -Wno-format-truncation -Wno-stringop-truncation \
	-Wcast-function-type,$(CFLAGS))
endif

# after the include: PGXS must not take these for its own default goal
greenery--$(EXTVERSION).sql: $(SQL_PARTS) Makefile greenery.control
	cat $(SQL_PARTS) > $@

META.json: META.json.in greenery.control
	sed 's/@VERSION@/$(EXTVERSION)/g' META.json.in > $@

all: META.json

# every object sees every header: they are few and small
$(OBJS): $(wildcard $(srcdir)/src/*.h $(srcdir)/src/*/*.h)

# The TAP tests start servers of their own and need Perl's IPC::Run, so they are
# no part of installcheck, which asks for nothing but a running server.  PGXS
# knows how to run them, from the installation that PG_CONFIG names.
.PHONY: prove_installcheck
prove_installcheck:
	$(prove_installcheck)
