/** Rights to be the only one who does something. */
export const claimTable: string = `
CREATE TABLE claims (
  project text COLLATE "C" NOT NULL,
  name text COLLATE "C" NOT NULL,
  holder text NOT NULL,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (project, name)
);
`;
