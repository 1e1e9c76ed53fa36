# greenery: a PostgreSQL extension.  Lists are explicit and ordered: the
# install script is the concatenation of SQL_PARTS in this order.

EXTENSION = greenery
PG_CONFIG ?= pg_config
# the version stands in greenery.control and nowhere else
EXTVERSION := $(shell sed -n "s/^default_version *= *'\(.*\)'/\1/p" greenery.control)

MODULE_big = greenery
OBJS = \
	src/greenery.o \
	src/sessions/auc.o \
	src/sessions/fixed_interval.o \
	src/sessions/funnel.o \
	src/sessions/record_buffer.o \
	src/sessions/retention.o \
	src/sessions/roc_auc.o \
	src/sessions/sessionize.o \
	src/sessions/steps.o \
	src/sessions/window_funnel.o \
	src/settings.o

SQL_PARTS = \
	src/greenery.sql \
	src/settings.sql \
	src/sessions/sessionize.sql \
	src/sessions/window_funnel.sql \
	src/sessions/retention.sql \
	src/sessions/roc_auc.sql \
	src/ownership.sql

DATA_built = greenery--$(EXTVERSION).sql
DATA = $(wildcard updates/greenery--*--*.sql)

REGRESS = \
	sessionize \
	window_funnel \
	retention \
	roc_auc

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
