--
-- Settings: what is refused, and what they mean.
--
SET timezone = 'Asia/Tokyo';
SET datestyle = 'ISO';
SET intervalstyle = 'postgres';
SELECT greenery_timezone(), greenery_stock_cover(), greenery_session_gap(),
	greenery_as_of_setting(), greenery_repeat_horizon_setting();

-- lengths: a day is 24 hours; months have no length; only more than nothing will do
SET greenery.stock_cover = '1 day 02:00';
SET greenery.session_gap = '90 s';
SET greenery.repeat_horizon = '30 days';
SELECT greenery_stock_cover(), greenery_session_gap(), greenery_repeat_horizon_setting();
SET greenery.stock_cover = '1 month';
SET greenery.stock_cover = '0 s';
SET greenery.stock_cover = '-1 day';
SET greenery.stock_cover = 'soon';
SET greenery.stock_cover = '';
SET greenery.stock_cover = '300000000 days';
SET greenery.session_gap = 'infinity';
SET greenery.repeat_horizon = 'AUTO';
SELECT greenery_repeat_horizon_setting();

-- a moment without zone is read in greenery.timezone, whatever the session's
SET greenery.as_of = '2021-02-12 00:00';
SELECT greenery_as_of_setting();
SET greenery.timezone = 'America/New_York';
SELECT greenery_as_of_setting();
SET greenery.as_of = '2021-02-12 00:00+05:30';
SELECT greenery_as_of_setting();
SET greenery.as_of = '2021-07-12 00:00 Europe/Berlin';
SELECT greenery_as_of_setting();
-- a mart must say the same tomorrow
SET greenery.as_of = 'now';
SET greenery.as_of = 'tomorrow';
SET greenery.as_of = 'infinity';
SET greenery.as_of = '2021-02-30';
SET greenery.as_of = 'x';
SET greenery.timezone = 'Mars/Olympus';
SET greenery.max_shrink = '50%';
SET greenery.max_shrink = '101%';
SET greenery.max_shrink = 'half';
RESET greenery.as_of;
SELECT greenery_as_of_setting();
