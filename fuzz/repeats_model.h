/*-------------------------------------------------------------------------
 *
 * repeats_model.h
 *	  What a naive program would remember of keys and their values.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_FUZZ_REPEATS_MODEL_H
#define GREENERY_FUZZ_REPEATS_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#define MODEL_KEYS 8192

typedef struct RepeatsModel
{
	unsigned char there[MODEL_KEYS];	/* 0, 1 or 2 (several values) */
	uint64_t	value[MODEL_KEYS];
} RepeatsModel;

/* Key number i with value v; any: to come again is enough, whatever the value */
static void
model_add(RepeatsModel *model, uint32_t i, uint64_t v, bool any)
{
	if (model->there[i] == 0)
	{
		model->there[i] = 1;
		model->value[i] = v;
	}
	else if (any || model->value[i] != v)
		model->there[i] = 2;
}

static void
model_merge(RepeatsModel *into, const RepeatsModel *from, bool any)
{
	for (uint32_t i = 0; i < MODEL_KEYS; i++)
	{
		if (from->there[i] == 0)
			continue;
		model_add(into, i, from->value[i], any);
		if (from->there[i] == 2)
			into->there[i] = 2;
	}
}

static void
model_counts(const RepeatsModel *model, uint64_t *keys, uint64_t *repeats)
{
	*keys = 0;
	*repeats = 0;
	for (uint32_t i = 0; i < MODEL_KEYS; i++)
	{
		*keys += model->there[i] > 0;
		*repeats += model->there[i] > 1;
	}
}

#endif							/* GREENERY_FUZZ_REPEATS_MODEL_H */
