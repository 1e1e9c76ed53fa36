/*-------------------------------------------------------------------------
 *
 * load_models.h
 *	  Read the models and their tests.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_BUILD_LOAD_MODELS_H
#define GREENERY_BUILD_LOAD_MODELS_H

#include "postgres.h"

#include "build/model.h"

/* The models in dependency order, and their tests; in the current memory context */
extern void load_models(Build *build);

#endif							/* GREENERY_BUILD_LOAD_MODELS_H */
