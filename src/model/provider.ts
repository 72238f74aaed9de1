/** The words of `provider:` beside `auto`: one for each line of src/metadata/registry.ts, in its order. */
export const providerIds = ['alibaba', 'huawei', 'kakaocloud', 'openstack', 'file'] as const;
