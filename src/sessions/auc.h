/*-------------------------------------------------------------------------
 *
 * auc.h
 *	  Area under the ROC curve of weighted records, exactly.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_AUC_H
#define GREENERY_AUC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sessions/record.h"

/* key: auc_key of the score; value: the label and how many rows have both */
#define AUC_LABEL		((uint64_t) 1 << 63)
#define AUC_COUNT(value) ((value) & ~AUC_LABEL)

typedef void (*auc_check) (void);

extern int64_t auc_key(double score);
extern bool auc_of_records(const GreeneryRecord *records, size_t n,
						   auc_check check, double *auc);

#endif							/* GREENERY_AUC_H */
