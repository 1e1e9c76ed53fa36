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
	src/schema.o \
	src/roles.o \
	src/guarded.o \
	src/result_set.o \
	src/spi_row.o \
	src/pinned_settings.o \
	src/build_settings.o \
	src/text/clean_text.o \
	src/text/email.o \
	src/text/email_check.o \
	src/text/iso_moment.o \
	src/text/moment.o \
	src/text/phone.o \
	src/text/phone_chars.o \
	src/text/phone_parse.o \
	src/text/text_arg.o \
	src/text/unicode_class.o \
	src/text/url.o \
	src/text/url_path.o \
	src/statistics/adjust.o \
	src/statistics/fisher.o \
	src/statistics/holm.o \
	src/statistics/intervals.o \
	src/statistics/normal.o \
	src/statistics/proportions.o \
	src/statistics/ranks.o \
	src/statistics/ranks_agg.o \
	src/aggregate/aggregate.o \
	src/aggregate/handover.o \
	src/aggregate/huge_memory.o \
	src/aggregate/input_rows.o \
	src/aggregate/row_parts.o \
	src/aggregate/simple_expr.o \
	src/aggregate/transfer.o \
	src/keys/duplicate_count.o \
	src/keys/id_table.o \
	src/keys/key_column.o \
	src/keys/key_log.o \
	src/keys/key_set.o \
	src/keys/key_set_agg.o \
	src/keys/key_state.o \
	src/keys/key_table.o \
	src/keys/key_table_dump.o \
	src/keys/orphan_count.o \
	src/keys/repeat_rate.o \
	src/keys/row_key.o \
	src/keys/value_bytes.o \
	src/keys/value_repeats.o \
	src/keys/value_table.o \
	src/keys/value_type.o \
	src/sketch/repeat_sketch.o \
	src/sketch/repeat_sketch_agg.o \
	src/sketch/repeat_sketch_core.o \
	src/sketch/sketch_bytes.o \
	src/sketch/sketch_text.o \
	src/sessions/days_between.o \
	src/sessions/fixed_interval.o \
	src/sessions/fixed_length.o \
	src/sessions/funnel.o \
	src/sessions/funnel_counts.o \
	src/sessions/record_buffer.o \
	src/sessions/retention.o \
	src/sessions/session_count.o \
	src/sessions/session_duration.o \
	src/sessions/session_log.o \
	src/sessions/session_log_dump.o \
	src/sessions/session_log_rows.o \
	src/sessions/session_log_spans.o \
	src/sessions/session_log_sweep.o \
	src/sessions/session_state.o \
	src/sessions/session_summary.o \
	src/sessions/sessionize.o \
	src/sessions/shopper_summary.o \
	src/sessions/steps.o \
	src/sessions/value_ids.o \
	src/sessions/visits.o \
	src/sessions/window_funnel.o \
	src/sources/greenery_repeat_rate.o \
	src/sources/own_columns.o \
	src/sources/own_indexes.o \
	src/sources/bind.o \
	src/sources/bind_columns.o \
	src/sources/bind_query.o \
	src/sources/bind_rewrite.o \
	src/sources/bind_text.o \
	src/sources/binding_state.o \
	src/sources/citus_tables.o \
	src/sources/columns_read.o \
	src/sources/distributed.o \
	src/sources/known_calls.o \
	src/sources/named_schema.o \
	src/sources/reach.o \
	src/sources/reach_refuse.o \
	src/sources/reach_types.o \
	src/checks/data_test.o \
	src/checks/data_test_compile.o \
	src/checks/data_test_load.o \
	src/checks/data_test_native.o \
	src/checks/data_test_run.o \
	src/checks/data_test_sql.o \
	src/checks/threshold.o \
	src/alerts/shareable.o \
	src/difference/digest_list.o \
	src/difference/row_difference.o \
	src/difference/row_digest.o \
	src/difference/row_list.o \
	src/difference/row_versions.o \
	src/build/audit.o \
	src/build/build_lock.o \
	src/build/bulk_insert.o \
	src/build/compute.o \
	src/build/fill_table.o \
	src/build/greenery_build.o \
	src/build/greenery_test.o \
	src/build/incremental.o \
	src/build/intermediate.o \
	src/build/last_build.o \
	src/build/load_models.o \
	src/build/marts.o \
	src/build/model.o \
	src/build/model_tree.o \
	src/build/parallel.o \
	src/build/progress.o \
	src/build/publish.o \
	src/build/published_tables.o \
	src/build/query_facts.o \
	src/build/reads.o \
	src/build/record.o \
	src/build/source_changes.o \
	src/build/table_columns.o \
	src/build/work_tables.o \
	src/build/write.o

SQL_PARTS = \
	src/greenery.sql \
	src/roles.sql \
	src/settings.sql \
	src/sessions/sessionize.sql \
	src/sessions/window_funnel.sql \
	src/sessions/funnel_counts.sql \
	src/sessions/session_count.sql \
	src/sessions/session_summary.sql \
	src/sessions/shopper_summary.sql \
	src/sessions/retention.sql \
	src/keys/repeat_rate.sql \
	src/keys/duplicate_count.sql \
	src/keys/repeat_rate_by_row.sql \
	src/sketch/repeat_sketch.sql \
	src/sketch/repeat_sketch_agg.sql \
	src/sessions/session_duration.sql \
	src/text/clean_text.sql \
	src/text/url.sql \
	src/text/phone.sql \
	src/text/email.sql \
	src/sessions/days_between.sql \
	src/sessions/fixed_length.sql \
	src/statistics/proportions.sql \
	src/statistics/adjust.sql \
	src/statistics/ranks.sql \
	src/text/json_time.sql \
	src/gate/comments.sql \
	src/sources/registry.sql \
	src/sources/binding.sql \
	src/sources/distributed.sql \
	src/gate/registry.sql \
	src/keys/key_set.sql \
	src/gate/records.sql \
	src/sources/users.sql \
	src/sources/addresses.sql \
	src/sources/products.sql \
	src/sources/promos.sql \
	src/sources/orders.sql \
	src/sources/order_items.sql \
	src/sources/events.sql \
	src/models/staging/stg_users.sql \
	src/models/staging/stg_addresses.sql \
	src/models/staging/stg_products.sql \
	src/models/staging/stg_promos.sql \
	src/models/staging/stg_orders.sql \
	src/models/staging/stg_order_items.sql \
	src/models/staging/stg_events.sql \
	src/history/history.sql \
	src/models/config/exclusions.sql \
	src/models/config/excluded_users.sql \
	src/models/config/excluded_products.sql \
	src/models/config/as_of.sql \
	src/models/config/shop_currency.sql \
	src/models/config/metric_definitions.sql \
	src/models/intermediate/session_events.sql \
	src/models/marts/core/fact_events.sql \
	src/models/intermediate/mixed_sessions.sql \
	src/models/intermediate/shopper_events.sql \
	src/models/marts/core/dim_product_stock.sql \
	src/models/marts/core/dim_order_products.sql \
	src/models/marts/core/fact_order_items_products.sql \
	src/models/marts/core/dim_products.sql \
	src/models/marts/core/fact_user_orders.sql \
	src/models/marts/core/dim_users.sql \
	src/models/marts/core/dim_active_promos.sql \
	src/models/marts/core/fact_user_sessions.sql \
	src/models/marts/product/sessions_by_day.sql \
	src/models/marts/core/fact_user_content_pageviews.sql \
	src/models/marts/core/fact_user_order_pageviews.sql \
	src/models/marts/core/metrics.sql \
	src/models/marts/marketing/fact_promo_orders.sql \
	src/models/intermediate/group_verdict.sql \
	src/models/config/repeat_horizon.sql \
	src/models/intermediate/purchasers.sql \
	src/models/marts/marketing/repeat_by_promo.sql \
	src/models/marts/marketing/repeat_by_state.sql \
	src/models/marts/marketing/repeat_by_delivery_days.sql \
	src/models/marts/marketing/product_reorder.sql \
	src/models/intermediate/cohort_periods.sql \
	src/models/marts/marketing/cohort_retention.sql \
	src/models/marts/marketing/repeat_within.sql \
	src/models/marts/marketing/revenue_by_month.sql \
	src/models/marts/marketing/daily_repeat_sketches.sql \
	src/models/intermediate/purchaser_events.sql \
	src/models/marts/marketing/user_repeat_features.sql \
	src/models/marts/marketing/user_repeat_labels.sql \
	src/models/intermediate/greenery_repeat_features.sql \
	src/models/marts/marketing/user_repeat_history.sql \
	src/models/config/features.sql \
	src/models/marts/marketing/repeat_indicators.sql \
	src/models/marts/product/product_sessions.sql \
	src/models/marts/product/product_funnel.sql \
	src/models/marts/product/session_funnel.sql \
	src/models/marts/product/product_pairs.sql \
	src/sources/greenery_repeat_rate.sql \
	src/sources/check_binding.sql \
	src/sources/presets.sql \
	src/sources/presets/medusa.sql \
	src/sources/presets/odoo.sql \
	src/sources/presets/saleor.sql \
	src/sources/presets/solidus.sql \
	src/sources/presets/spree5.sql \
	src/sources/presets/spree6.sql \
	src/sources/presets/vendure.sql \
	src/sources/presets/ahoy.sql \
	src/sources/presets/segment.sql \
	src/sources/presets/snowplow.sql \
	src/sources/presets/umami.sql \
	src/sources/presets/shopify.sql \
	src/sources/presets/stripe.sql \
	src/sample/draws.sql \
	src/sample/bad_rows.sql \
	src/sample/sample_shop.sql \
	src/checks/data_tests.sql \
	src/gate/lineage.sql \
	src/build/build.sql \
	src/alerts/alerts.sql \
	src/gate/review.sql \
	src/gate/user_models.sql \
	src/gate/schedule.sql \
	src/alerts/alert_queue.sql \
	src/gate/readers.sql \
	src/gate/yaml.sql \
	src/gate/dbt_sources.sql \
	src/gate/metrics_yaml.sql \
	src/gate/distribute_published.sql \
	src/privileges.sql \
	src/finish.sql

# see updates/README.md
UPDATES = $(notdir $(wildcard updates/greenery--*--*.sql))
DATA_built = greenery--$(EXTVERSION).sql $(UPDATES)

REGRESS = \
	statistics_proportions \
	statistics_holm \
	statistics_ranks \
	clean_text \
	url \
	phone \
	email \
	days_between \
	encodings \
	repeat_rate \
	sketch \
	number_ids \
	own_columns \
	duplicate_count \
	direct_scan \
	simple_expr \
	handover \
	session_duration \
	sample_shop \
	sessionize \
	window_funnel \
	funnel_counts \
	session_count \
	session_summary \
	shopper_summary \
	retention \
	roc_auc \
	breakdowns \
	follow_up \
	product_pairs \
	cohorts \
	sketch_marts \
	distributed \
	gap_sessions \
	login \
	session_marts \
	unknown \
	planted \
	models_sample \
	repeat_features \
	features \
	repeat_indicators \
	plan_cliffs \
	settings \
	sources \
	binding \
	bind_traps \
	history \
	catalog \
	models \
	money \
	alerts \
	gate_tests \
	native_tests \
	build \
	build_difference \
	build_published \
	as_of \
	build_incremental \
	build_source_changes \
	build_binding \
	build_audit \
	build_intermediate \
	first_build \
	freshness \
	build_optional \
	user_models \
	change_requests \
	privileges \
	hostile

# those that scripts/check --quick leaves out: all with builds, but for the first of them
SLOW_REGRESS = $(filter-out build,$(filter $(REGRESS), \
	$(patsubst sql/%.sql,%,$(shell grep -l '^\\i sql/include/builds\.sql' sql/*.sql))))

ISOLATION = \
	build_readers \
	build_sources \
	build_two \
	build_unfinished \
	own_columns_snapshot \
	request_places

REGRESS_OPTS = --load-extension=greenery --encoding=UTF8
ISOLATION_OPTS = --load-extension=greenery --encoding=UTF8

# -isystem: our own code compiles clean under -Wall -Wextra, the server's headers
# do not
PG_CPPFLAGS = -I$(srcdir)/src -isystem $(shell $(PG_CONFIG) --includedir-server) \
	-DGREENERY_VERSION='"$(EXTVERSION)"'
# what the server looks up by name is exported, and nothing else (16 does so itself)
PG_CFLAGS += -fvisibility=hidden
# the statistics need erfc and its like
SHLIB_LINK += $(filter -lm, $(LIBS))
EXTRA_CLEAN = greenery--$(EXTVERSION).sql $(UPDATES) META.json greenery-notify $(NOTIFY_OBJS)

# greenery-notify is a program of its own: "make notify", "make install-notify".
# The extension must build where libcurl is not installed, so all leaves it out.
NOTIFY_OBJS = \
	src/notify/address.o \
	src/notify/backoff.o \
	src/notify/buf.o \
	src/notify/config.o \
	src/notify/db.o \
	src/notify/deliver.o \
	src/notify/http.o \
	src/notify/log.o \
	src/notify/main.o \
	src/notify/signals.o \
	src/notify/slack.o
NOTIFY_CPPFLAGS = -D_GNU_SOURCE -DGREENERY_VERSION='"$(EXTVERSION)"' \
	-I$(shell $(PG_CONFIG) --includedir) $(shell pkg-config --cflags libcurl)
NOTIFY_LIBS = -L$(shell $(PG_CONFIG) --libdir) -lpq $(shell pkg-config --libs libcurl)
SYSTEMD_UNIT_DIR ?= /usr/lib/systemd/system

PGXS := $(shell $(PG_CONFIG) --pgxs)
include $(PGXS)

# our calls of functions that are exported stay our own, whatever else is loaded
ifeq (,$(filter darwin win32,$(PORTNAME)))
SHLIB_LINK += -Wl,-Bsymbolic
endif

# the server was built with gcc; clang does not know all of its flags
ifneq (,$(findstring clang,$(CC)))
override CFLAGS := $(filter-out -fexcess-precision=standard -Wcast-function-type,$(CFLAGS)) \
	-Wno-unknown-warning-option
endif

# after the include: PGXS must not take these for its own default goal
greenery--$(EXTVERSION).sql: $(SQL_PARTS) Makefile greenery.control
	cat $(SQL_PARTS) > $@

# an update ends as the installation does
$(UPDATES): %: updates/begin.sql updates/% src/finish.sql
	cat $^ > $@

META.json: META.json.in greenery.control
	sed 's/@VERSION@/$(EXTVERSION)/g' META.json.in > $@

all: META.json

# every object sees every header: they are few and small
$(OBJS): $(wildcard $(srcdir)/src/*.h $(srcdir)/src/*/*.h)

# these know the version
src/greenery.o src/build/query_facts.o: greenery.control

# loops over millions of rows
src/keys/id_table.o \
src/keys/key_column.o src/keys/key_log.o src/keys/key_state.o \
src/keys/key_table.o src/keys/key_table_dump.o \
src/keys/repeat_rate.o \
src/keys/value_bytes.o src/keys/value_repeats.o \
src/keys/value_table.o src/keys/value_type.o \
src/keys/duplicate_count.o \
src/sketch/repeat_sketch_agg.o src/sketch/repeat_sketch_core.o src/sketch/sketch_bytes.o \
src/sessions/session_log.o src/sessions/session_log_dump.o \
src/sessions/session_log_rows.o src/sessions/session_log_spans.o \
src/sessions/session_log_sweep.o \
src/sessions/session_state.o src/sessions/funnel.o \
src/aggregate/row_parts.o: CFLAGS += -O3

# The TAP tests start servers of their own and need Perl's IPC::Run, so they are
# no part of installcheck, which asks for nothing but a running server.  PGXS
# knows how to run them, from the installation that PG_CONFIG names.
.PHONY: prove_installcheck
prove_installcheck:
	$(prove_installcheck)

.PHONY: notify install-notify
notify: greenery-notify

# its own rule: the server's headers and flags for modules are not for programs
$(NOTIFY_OBJS): src/notify/%.o: $(srcdir)/src/notify/%.c \
		$(wildcard $(srcdir)/src/notify/*.h) greenery.control
	$(CC) $(CFLAGS) $(NOTIFY_CPPFLAGS) -c -o $@ $<

greenery-notify: $(NOTIFY_OBJS)
	$(CC) $(CFLAGS) $(NOTIFY_OBJS) $(LDFLAGS) $(NOTIFY_LIBS) -o $@

install-notify: greenery-notify
	$(MKDIR_P) '$(DESTDIR)$(bindir)' '$(DESTDIR)$(mandir)/man1' \
		'$(DESTDIR)$(datadir)/greenery' '$(DESTDIR)$(SYSTEMD_UNIT_DIR)'
	$(INSTALL_PROGRAM) greenery-notify '$(DESTDIR)$(bindir)/'
	$(INSTALL_DATA) $(srcdir)/src/notify/greenery-notify.1 '$(DESTDIR)$(mandir)/man1/'
	$(INSTALL_DATA) $(srcdir)/src/notify/greenery-notify.conf.example '$(DESTDIR)$(datadir)/greenery/'
	sed 's|@bindir@|$(bindir)|' $(srcdir)/src/notify/greenery-notify.service \
		> '$(DESTDIR)$(SYSTEMD_UNIT_DIR)/greenery-notify.service'

# Figures on a private server of its own, see scripts/bench: "make bench ROW=name"
# for one row of the table, SCALE and ROUNDS as there.
.PHONY: bench bench-growth bench-all
bench:
	@ROW='$(ROW)' SCALE='$(SCALE)' ROUNDS='$(ROUNDS)' $(srcdir)/scripts/bench

bench-growth bench-all: bench-%:
	@ROW='$(ROW)' SCALE='$(SCALE)' ROUNDS='$(ROUNDS)' $(srcdir)/scripts/bench $*

# Builds looked at after changes at random, see scripts/torture: "make torture MINUTES=60"
# from some seed, "make torture SEED=7 ROUNDS=20" for one that does the same each time;
# TORTURE has further options
.PHONY: torture
torture:
	@$(srcdir)/scripts/torture --seed $(or $(SEED),1) \
		$(if $(ROUNDS),--rounds $(ROUNDS),--minutes $(or $(MINUTES),10)) $(TORTURE)

# The documents' examples and lists, written anew: see scripts/docs
.PHONY: docs
docs:
	@$(srcdir)/scripts/docs

# All tests but those of memory used, under sanitizers: see scripts/check
.PHONY: check-asan
check-asan:
	@$(srcdir)/scripts/check --asan
